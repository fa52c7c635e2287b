/** Header lines in the order they were sent; a name may come more than once. */
export type HeaderLines = ReadonlyArray<readonly [name: string, value: string]>;

/** A request whose body was read, so that a defect can change it. */
export interface DemoRequest {
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly target: string;
  readonly headers: HeaderLines;
  readonly body: Buffer;
}

export interface DemoResponse {
  readonly status: number;
  readonly headers: HeaderLines;
  readonly body: Buffer;
}

interface Message {
  readonly headers: HeaderLines;
}

/** Pairs from the flat list that Node calls rawHeaders. */
export function headerLines(raw: readonly string[]): HeaderLines {
  const lines: Array<readonly [string, string]> = [];
  for (let i = 0; i + 1 < raw.length; i += 2) lines.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return lines;
}

export function header(message: Message, name: string): string | undefined {
  return message.headers.find(([each]) => each.toLowerCase() === name)?.[1];
}

/** The message without any line of these names (in lower case). */
export function without<T extends Message>(message: T, ...names: string[]): T {
  return { ...message, headers: message.headers.filter(([name]) => !names.includes(name.toLowerCase())) };
}

/** The message with exactly one line of this name. */
export function withHeader<T extends Message>(message: T, name: string, value: string): T {
  return addHeader(without(message, name.toLowerCase()), name, value);
}

export function addHeader<T extends Message>(message: T, name: string, value: string): T {
  return { ...message, headers: [...message.headers, [name, value]] };
}

/** The message with each line of this name rewritten. */
export function mapHeader<T extends Message>(message: T, name: string, change: (value: string) => string): T {
  return {
    ...message,
    headers: message.headers.map(
      ([each, value]) => [each, each.toLowerCase() === name ? change(value) : value] as const,
    ),
  };
}

export function isHtml(response: DemoResponse): boolean {
  return header(response, 'content-type')?.startsWith('text/html') ?? false;
}

/** The response with its text rewritten. */
export function mapText(response: DemoResponse, change: (text: string) => string): DemoResponse {
  return { ...response, body: Buffer.from(change(response.body.toString())) };
}

/** The path, decoded where that is possible, without the query. */
export function pathOf(request: DemoRequest): string {
  return request.target.split('?')[0] ?? '/';
}
