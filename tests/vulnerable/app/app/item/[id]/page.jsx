const ITEMS = { private: 'The combination of the vault', public: 'A postcard of the vault' };

export default async function Item({ params }) {
  const { id } = await params;
  return <h1>{ITEMS[decodeURIComponent(id)] ?? 'No such item'}</h1>;
}
