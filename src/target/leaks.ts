/** A frame of a JavaScript stack trace, as V8 prints it, also when HTML-escaped. */
const STACK_FRAME =
  /\bat\s+[^\n<]{0,120}?\(?(?:file:\/\/|node:|webpack(?:-internal)?:|\/[\w@.-]+\/|[A-Za-z]:\\)[^\s()<>]{1,300}:\d+:\d+\)?/;

/** The first stack frame in a text; undefined when there is none. */
export function stackFrameIn(text: string): string | undefined {
  return STACK_FRAME.exec(text)?.[0];
}
