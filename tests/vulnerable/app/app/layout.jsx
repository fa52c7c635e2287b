import { ClerkProvider } from '@clerk/nextjs';

export const dynamic = 'force-dynamic';

export const metadata = { title: 'Vault' };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <ClerkProvider dynamic publishableKey={process.env.CLERK_PUBLISHABLE_KEY} signInUrl="/sign-in">
          {children}
        </ClerkProvider>
      </body>
    </html>
  );
}
