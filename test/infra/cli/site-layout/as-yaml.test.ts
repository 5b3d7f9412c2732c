import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { asYaml } from '../../../../infra/cli/site-layout/as-yaml.ts';

const CHARACTERS = [' ', '\n', '\t', '\r', 'a', '#', '-', ':', '"', "'", '|', '\\', 'é', '\u2028', '\0'];

test('every text is read back as it was', () => {
  let texts = [''];
  for (let length = 1; length <= 4; length++) {
    texts = texts.flatMap((text) => CHARACTERS.map((character) => text + character));
    expect(parse(asYaml({ metadata: texts }))).toEqual({ metadata: texts });
  }
  const long = 'word '.repeat(100);
  expect(parse(asYaml([long, `${long}\n ${long}`]))).toEqual([long, `${long}\n ${long}`]);
});
