import Document, { Head, Html, Main, NextScript } from 'next/document';
import type { DocumentContext, DocumentInitialProps } from 'next/document';
import { BASE_PATH } from '@/lib/base-path';

interface Props extends DocumentInitialProps {
  readonly nonce: string | undefined;
}

export default class FernworkDocument extends Document<Props> {
  static override async getInitialProps(context: DocumentContext): Promise<Props> {
    const nonce = context.req?.headers['x-nonce'];
    return { ...(await Document.getInitialProps(context)), nonce: typeof nonce === 'string' ? nonce : undefined };
  }

  override render() {
    const { nonce } = this.props;
    return (
      <Html lang="en">
        <Head nonce={nonce}>
          <link rel="icon" href={`${BASE_PATH}/favicon.ico`} />
        </Head>
        <body>
          <Main />
          <NextScript nonce={nonce} />
        </body>
      </Html>
    );
  }
}
