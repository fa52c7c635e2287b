export default function Dashboard() {
  return <h1>Figures of this quarter</h1>;
}
