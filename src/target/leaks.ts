/** A quotation mark, also where it is escaped for JSON or HTML. */
const QUOTE = String.raw`(?:\\?["'\`‘]|&(?:quot|#3[49]|#x2[27]);)`;

/** Behind an escaped line break or tab no word begins. */
const AT = String.raw`(?:\b|\\[nrt])at`;

/** A frame of a stack trace as V8, Python, the JVM, Go, .NET, PHP and Ruby print it, also when escaped. */
const STACK_FRAME = new RegExp(
  [
    String.raw`${AT}\s+[^\n<]{0,120}?\(?(?:file://|node:|webpack(?:-internal)?:|/[\w@.-]+/|[A-Za-z]:\\)[^\s()<>]{1,300}:\d+:\d+\)?`,
    String.raw`${AT} [^\n<()]{1,120} \([\w./@-]{1,200}\.[cm]?[jt]sx?:\d+:\d+\)`,
    String.raw`File ${QUOTE}[^"<>\n]{1,200}?${QUOTE}, line \d+, in `,
    String.raw`${AT} (?:[\w$]+[./]){2,}[\w$<>&;]+\((?:[\w$]+\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)`,
    String.raw`goroutine \d+ \[[\w ,]+\]:`,
    String.raw`${AT} (?:[\w+<>\[\]]+\.)+[\w<>\[\]]+\([^()\n]{0,200}\) in [^\n<]{1,200}:line \d+`,
    String.raw`#\d+ (?:\\?\/|[A-Z]:\\)[^\s()<]{1,200}\.php\(\d+\): `,
    String.raw`\b\w{1,60}\.rb:\d+:in ${QUOTE}`,
  ].join('|'),
);

/** The first stack frame in a text; undefined when there is none. */
export function stackFrameIn(text: string): string | undefined {
  return STACK_FRAME.exec(text)?.[0];
}

/** What a text tells about the server that only its operators should know. */
export interface Leak {
  readonly kind: 'a stack trace' | 'a path of the server' | 'SQL' | 'the environment';
  readonly text: string;
}

/** What each kind looks like; each pattern is narrow, because an API may have a word like `select` in its data. */
const LEAKS: ReadonlyArray<readonly [kind: Leak['kind'], pattern: RegExp]> = [
  ['a stack trace', STACK_FRAME],
  ['a stack trace', /Traceback \(most recent call last\):|"stack"\s*:\s*"[^"]{10,}/],
  [
    'SQL',
    /SQLSTATE\[?\s?\w{5}|syntax error at or near|\b(?:relation|column) \\*"[^"]+\\*" does not exist|invalid input syntax for type|error in your SQL syntax|near \\*"[^"]*": syntax error|no such (?:table|column): |UNIQUE constraint failed: |\bE11000 duplicate key|violates (?:unique|foreign key|not-null) constraint|\bER_(?:DUP_ENTRY|NO_SUCH_TABLE|PARSE_ERROR|BAD_FIELD_ERROR|NO_REFERENCED_ROW)|\bSQLITE_(?:ERROR|CONSTRAINT)|Invalid `?prisma\.|\bORA-\d{5}\b|(?:\bSELECT\b[^<>]{1,200}\bFROM\b|\bINSERT INTO\b|\bDELETE FROM\b)\s+[\w"`.\\]+/,
  ],
  [
    'a path of the server',
    // Not in a URL, but after an escaped line break, and of a file: `/home/settings` may be a page of the app.
    /(?:(?<![\w.:/-])|(?<=\\[nrt]))(?:\/(?:home|Users|root|srv|var\/(?:task|www|app)|usr\/src|app|opt|workspace|vercel)\/|[A-Z]:\\+)[\w@./\\-]{0,200}\.(?:[cm]?[jt]sx?|json|env|pem|ya?ml|sql|py|rb|php)\b|\bnode_modules\/[\w@.-]+\//,
  ],
  [
    'the environment',
    /\bprocess\.env\b|\bMissing secretKey\b|\bE(?:CONNREFUSED|NOTFOUND) [\w.:-]+|\b(?:CLERK_SECRET_KEY|CLERK_JWT_KEY|CLERK_(?:WEBHOOK_)?SIGNING_SECRET|CLERK_WEBHOOK_SECRET|DATABASE_URL|AWS_SECRET_ACCESS_KEY)\b|\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?):\/\/[^\s"'<>]+/,
  ],
];

/** The first thing in a text that only operators should know; undefined when there is none. */
export function leakIn(text: string): Leak | undefined {
  for (const [kind, pattern] of LEAKS) {
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return { kind, text: found };
  }
  return undefined;
}
