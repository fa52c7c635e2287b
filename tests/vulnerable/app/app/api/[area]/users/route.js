export const dynamic = 'force-dynamic';

const USERS = { admin: ['ada', 'grace'] };

export async function GET(_request, { params }) {
  const { area } = await params;
  return Response.json({ users: USERS[decodeURIComponent(area)] ?? [] });
}
