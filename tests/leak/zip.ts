import { inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const ENTRY_SIZE = 46;
const DEFLATED = 8;

/** The files in a zip archive, unpacked, with archives inside it unpacked too (APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16). */
export function unzip(zip: Buffer): Buffer[] {
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== END) end -= 1;
  if (end < 0) return [];
  const files: Buffer[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const packed = zip.readUInt32LE(at + 20);
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(start, start + packed);
    const file = zip.readUInt16LE(at + 10) === DEFLATED ? inflateRawSync(bytes) : Buffer.from(bytes);
    files.push(file, ...unzip(file));
    at += ENTRY_SIZE + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}
