export default function Home() {
  return <h1>Welcome to Vault</h1>;
}
