import { describe, expect, test } from 'vitest';
import { parseImageInfo, parseMeasure } from '../../../agents/reading/qemu-img.ts';

describe('qemu-img', () => {
  test('tells an image', () => {
    // As qemu-img 7.2 said it, shortened.
    const text = `{"virtual-size": 1073741824, "filename": "/a.qcow2", "cluster-size": 65536, "format": "qcow2", "actual-size": 200704,
      "format-specific": {"type": "qcow2", "data": {"compat": "1.1", "data-file": "/d.raw", "corrupt": false}},
      "full-backing-filename": "/b.qcow2", "backing-filename": "b.qcow2", "backing-filename-format": "raw", "dirty-flag": false}`;
    expect(parseImageInfo(text)).toEqual({
      format: 'qcow2',
      virtualSize: 1073741824,
      isEncrypted: false,
      isCorrupt: false,
      backing: { file: '/b.qcow2', format: 'raw' },
      dataFile: '/d.raw',
    });
    expect(parseImageInfo('{"virtual-size": 512, "format": "qcow2"}')).toMatchObject({ backing: null, dataFile: null });
  });

  test.each(['', '[]', '{"format": "qcow2"}', '{"virtual-size": -1, "format": "qcow2"}'])('%j is no image', (text) => {
    expect(parseImageInfo(text)).toMatchObject({ problem: expect.any(String) });
  });

  test('tells how large a copy is', () => {
    expect(parseMeasure('{"bitmaps": 0, "required": 327680, "fully-allocated": 1074135040}')).toBe(327680);
    expect(parseMeasure('{}')).toMatchObject({ problem: expect.any(String) });
  });
});
