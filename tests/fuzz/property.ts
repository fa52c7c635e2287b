import * as fc from 'fast-check';

/** Runs of each property; `READINESS_FUZZ_RUNS=10000` for a long search. */
const RUNS = Number(process.env['READINESS_FUZZ_RUNS'] ?? 200);

/** The same values on every machine; `READINESS_FUZZ_SEED` for others. A failure prints it, with the smallest example. */
const SEED = Number(process.env['READINESS_FUZZ_SEED'] ?? 20261125);

/** Milliseconds of processor time that one value may take. */
const LIMIT = 1000;

/** Asserts that a function ends in time for every value, and throws nothing that it is not allowed to. */
export function holds<Value>(values: fc.Arbitrary<Value>, test: (value: Value) => void): void {
  const property = fc.property(values, (value) => {
    const started = process.cpuUsage();
    test(value);
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000 < LIMIT;
  });
  fc.assert(property, { seed: SEED, numRuns: RUNS });
}

/** Text made of the pieces of a format, and of anything. */
export function textOf(...pieces: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  );
  return fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(''));
}
