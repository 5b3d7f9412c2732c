import { z } from 'zod';
import type { NotUnderstood } from '../drivers/port-family.ts';

const info = z.object({
  format: z.string(),
  /** Bytes that the guest sees. */
  'virtual-size': z.int().min(0),
  encrypted: z.boolean().optional(),
  'backing-filename': z.string().optional(),
  'full-backing-filename': z.string().optional(),
  'backing-filename-format': z.string().optional(),
  'format-specific': z
    .object({ data: z.object({ corrupt: z.boolean().optional(), 'data-file': z.string().optional() }).optional() })
    .optional(),
});

/** An image as its own header tells it. */
export interface ImageInfo {
  readonly format: string;
  /** Bytes that the guest sees. */
  readonly virtualSize: number;
  readonly isEncrypted: boolean;
  readonly isCorrupt: boolean;
  /** What it is a difference to; `format` undefined where the image does not tell. */
  readonly backing: { readonly file: string; readonly format: string | undefined } | null;
  /** Where its content is, if in another file. */
  readonly dataFile: string | null;
}

/** What `qemu-img info --output=json` prints (`ImageInfo` in qapi/block-core.json of QEMU). */
export function parseImageInfo(text: string): ImageInfo | NotUnderstood {
  const read = info.safeParse(parseJson(text));
  if (!read.success) return { problem: 'it does not tell of an image' };
  const { format, 'virtual-size': virtualSize, encrypted = false, 'format-specific': specific } = read.data;
  const file = read.data['full-backing-filename'] ?? read.data['backing-filename'];
  return {
    format,
    virtualSize,
    isEncrypted: encrypted,
    isCorrupt: specific?.data?.corrupt ?? false,
    backing: file === undefined ? null : { file, format: read.data['backing-filename-format'] },
    dataFile: specific?.data?.['data-file'] ?? null,
  };
}

const measure = z.object({ required: z.int().min(0) });

/** What `qemu-img measure --output=json` prints: how many bytes a copy takes. */
export function parseMeasure(text: string): number | NotUnderstood {
  const read = measure.safeParse(parseJson(text));
  return read.success ? read.data.required : { problem: 'it does not tell how large the copy would be' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
