'use client';

import { useAuth, UserButton } from '@clerk/nextjs';
import Link from 'next/link';

export function SiteHeader() {
  const { isLoaded, isSignedIn } = useAuth();
  return (
    <header>
      <nav aria-label="Main">
        <Link href="/" className="brand">
          Fernwork
        </Link>
        <Link href="/pricing">Pricing</Link>
        {isSignedIn && (
          <>
            <Link href="/dashboard">Dashboard</Link>
            <Link href="/settings/billing">Billing</Link>
          </>
        )}
      </nav>
      <div className="account">
        {isSignedIn && <UserButton />}
        {isLoaded && !isSignedIn && (
          <>
            <Link href="/sign-in">Sign in</Link>
            <Link href="/sign-up" className="button">
              Sign up
            </Link>
          </>
        )}
      </div>
    </header>
  );
}
