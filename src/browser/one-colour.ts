import { inflateSync } from 'node:zlib';

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };

/**
 * True when every pixel of a screenshot has the same colour: nothing is drawn, whatever the document says.
 * @param png 8 bits a channel, not interlaced, as browsers write it (https://www.w3.org/TR/png-3)
 * @throws Error for any other image
 */
export function isOneColour(png: Buffer): boolean {
  const { width, height, channels, data } = decode(png);
  const stride = width * channels;
  let above: Buffer = Buffer.alloc(stride);
  let first: Buffer | undefined;
  for (let row = 0; row < height; row += 1) {
    const start = row * (stride + 1);
    const line = unfilter(data[start] ?? 0, data.subarray(start + 1, start + 1 + stride), above, channels);
    first ??= line.subarray(0, channels);
    for (let at = 0; at < stride; at += channels) if (!first.equals(line.subarray(at, at + channels))) return false;
    above = line;
  }
  return true;
}

function decode(png: Buffer): { width: number; height: number; channels: number; data: Buffer } {
  const parts: Buffer[] = [];
  for (let at = 8; at + 8 <= png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const channels = CHANNELS[png[25] ?? -1];
  if (png[24] !== 8 || channels === undefined || png[28] !== 0)
    throw new Error('not an 8-bit, non-interlaced PNG without a palette');
  return {
    width: png.readUInt32BE(16),
    height: png.readUInt32BE(20),
    channels,
    data: inflateSync(Buffer.concat(parts)),
  };
}

/** Undoes the filter of one row (PNG section 9). */
function unfilter(filter: number, line: Buffer, above: Buffer, channels: number): Buffer {
  const out = Buffer.from(line);
  for (let at = 0; at < out.length; at += 1) {
    const left = out[at - channels] ?? 0;
    const up = above[at] ?? 0;
    const upLeft = at < channels ? 0 : (above[at - channels] ?? 0);
    const predicted =
      filter === 1
        ? left
        : filter === 2
          ? up
          : filter === 3
            ? (left + up) >> 1
            : filter === 4
              ? paeth(left, up, upLeft)
              : 0;
    out[at] = (out[at] ?? 0) + predicted;
  }
  return out;
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const [byLeft, byUp, byUpLeft] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - upLeft)];
  if (byLeft <= byUp && byLeft <= byUpLeft) return left;
  return byUp <= byUpLeft ? up : upLeft;
}
