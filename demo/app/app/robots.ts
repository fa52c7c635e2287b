import type { MetadataRoute } from 'next';
import { env } from '@/lib/env';

/** Made for each deployment, because it names its address. */
export const dynamic = 'force-dynamic';

export default function robots(): MetadataRoute.Robots {
  return { rules: { userAgent: '*', allow: '/', disallow: '/api/' }, sitemap: `${env.appOrigin}/sitemap.xml` };
}
