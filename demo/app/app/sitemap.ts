import type { MetadataRoute } from 'next';
import { env } from '@/lib/env';

/** Made for each deployment, because it names its address. */
export const dynamic = 'force-dynamic';

/** Pages that search engines may list. */
const PAGES = ['/', '/pricing', '/sign-in', '/sign-up'];

export default function sitemap(): MetadataRoute.Sitemap {
  return PAGES.map((path) => ({ url: env.appOrigin + path }));
}
