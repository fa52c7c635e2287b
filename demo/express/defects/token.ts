/** What a session token says, believed without a look at its signature. */
export function decode(token: string | undefined): { sub?: string } {
  return JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()) as { sub?: string };
}
