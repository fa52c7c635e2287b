import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { userObject, userObjectSignedIn } from '../../src/areas/exposure.ts';
import type { Answer as PublicAnswer } from '../../src/areas/exposure/answers.ts';
import { exchange, expectation, ORIGIN } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';

const JSON_TYPE = { headers: { 'content-type': 'application/json' } };
const RSC_TYPE = { headers: { 'content-type': 'text/x-component' } };
const HOME: PublicAnswer = { kind: 'page', subject: '/', exchange: exchange() };
const user = (more: object) => ({ id: 'user_2abc', firstName: 'Jane', ...more });
const inPage = (value: unknown) => `<script type="application/json">${JSON.stringify(value)}</script>`;
const streamed = (row: string) => `<script>self.__next_f.push([1,${JSON.stringify(row)}])</script>`;

const judge = (kind: PublicAnswer['kind'], answer: Answer) =>
  userObject.judge([HOME, { kind, subject: '/x', exchange: exchange({ path: '/x', ...answer }) }], expectation());

describe('exposure/user-object', () => {
  const crm = randomBytes(8).toString('hex');
  for (const [name, kind, answer, message] of [
    [
      'privateMetadata in an RSC payload',
      'RSC payload',
      { ...RSC_TYPE, body: `0:["$","$L1",null,{"user":{"privateMetadata":{"crm":"${crm}"}}}]\n` },
      /^privateMetadata of a backend user is in the RSC payload for an anonymous visitor, at user$/,
    ],
    ['privateMetadata in the rows of a page', 'page', { body: streamed('0:{"a":{"privateMetadata":{}}}\n') }, /at a$/],
    [
      'a whole user in an API answer',
      'API answer',
      {
        ...JSON_TYPE,
        body: JSON.stringify(user({ passwordEnabled: true, totpEnabled: false, privateMetadata: { crm } })),
      },
      /^privateMetadata, passwordEnabled, totpEnabled of a backend user are in the API answer .* at the answer itself$/,
    ],
    [
      'the raw answer of the Backend API',
      'page',
      { body: inPage({ props: { u: user({ _raw: { object: 'user' } }) } }) },
      /^_raw .* at props\.u$/,
    ],
    [
      'the API’s own spelling',
      'API answer',
      { ...JSON_TYPE, body: '{"data":[{"private_metadata":{}}]}' },
      /^private_metadata .* at data$/,
    ],
    [
      'a script that is no JSON',
      'page',
      { body: '<script>start({"user":{"privateMetadata":{}},"on":()=>1})</script>' },
      /at an inline script$/,
    ],
    [
      'data that React Router streams',
      'page',
      {
        body: '<script>window.__reactRouterContext.streamController.enqueue("[{\\"_1\\":2},\\"privateMetadata\\",{}]");</script>',
      },
      /at an inline script$/,
    ],
    [
      'data that SvelteKit writes as code',
      'page',
      {
        body: '<script>{__sveltekit_1a={base:""};const data=[{type:"data",data:{user:{id:"user_1",privateMetadata:{}}}}];}</script>',
      },
      /at an inline script$/,
    ],
    [
      'data that TanStack Start writes as code',
      'page',
      {
        body: '<script>$_TSR.router=($R=>$R[0]={user:$R[1]={id:"user_1",privateMetadata:$R[2]={}}})($R["tsr"])</script>',
      },
      /at an inline script$/,
    ],
    [
      'the properties of an Astro island',
      'page',
      { body: '<astro-island props="{&quot;user&quot;:[0,{&quot;privateMetadata&quot;:[0,{}]}]}"></astro-island>' },
      /^privateMetadata .* at user$/,
    ],
    [
      'the state of Clerk with private metadata',
      'page',
      { body: inPage({ __clerk_ssr_state: { user: { privateMetadata: {} } } }) },
      /privateMetadata/,
    ],
  ] as const) {
    it(`fails on ${name}, and shows no value`, () => {
      const finding = only(judge(kind, answer));
      assert.deepEqual([finding.level, finding.subject], ['error', '/x']);
      assert.match(finding.message, message);
      assert.ok(!JSON.stringify(finding).includes(crm));
    });
  }

  for (const [name, kind, answer] of [
    [
      'identifiers in code',
      'page',
      { body: '<script>const {privateMetadata,_raw}=user;if(user.passwordEnabled)go()</script>' },
    ],
    [
      'a sample in data that is written as code',
      'page',
      { body: '<script>{__sveltekit_1a={};const data=[{html:"say \\"privateMetadata: {}\\""}];}</script>' },
    ],
    ['a sample in the text of a page', 'page', { body: '<pre>{"privateMetadata": {}}</pre>' }],
    [
      'a sample in the rows of a page',
      'page',
      { body: streamed(`0:["$","pre",null,{"children":${JSON.stringify('{"privateMetadata":{}}')}}]\n`) },
    ],
    ['members that RSC leaves undefined', 'RSC payload', { ...RSC_TYPE, body: '0:{"privateMetadata":"$undefined"}\n' }],
    ['flags of the app’s own', 'API answer', { ...JSON_TYPE, body: '{"passwordEnabled":true,"totpEnabled":true}' }],
    [
      'the state that Clerk hands over',
      'page',
      {
        body: inPage({
          __clerk_ssr_state: { user: user({ passwordEnabled: true, totpEnabled: false, _raw: { object: 'user' } }) },
        }),
      },
    ],
    ['_raw of another library', 'API answer', { ...JSON_TYPE, body: '{"profile":{"_raw":"{}","name":"Jane"}}' }],
    ['public metadata', 'API answer', { ...JSON_TYPE, body: JSON.stringify(user({ publicMetadata: {} })) }],
  ] as const) {
    it(`passes on ${name}`, () => assertClean(judge(kind, answer)));
  }

  it('reports an address once, though its page and its RSC payload carry the same rows', () => {
    const page = exchange({ body: streamed('0:{"privateMetadata":{}}\n') });
    const payload = exchange({ ...RSC_TYPE, body: '0:{"privateMetadata":{}}\n' });
    only(
      userObject.judge(
        [
          { kind: 'page', subject: '/', exchange: page },
          { kind: 'RSC payload', subject: '/', exchange: payload },
        ],
        expectation(),
      ),
    );
  });

  it('proves nothing when nothing was reached', () => {
    assert.match(userObject.judge([], expectation()).unverified ?? '', /no page answered 200/);
    const refused: PublicAnswer = {
      kind: 'page',
      subject: '/dashboard',
      exchange: exchange({ path: '/sign-in', body: 'Sign in' }),
    };
    assert.match(
      userObjectSignedIn.judge([refused], expectation({ routes: { signIn: '/sign-in' } })).unverified ?? '',
      /nothing was answered to the signed-in test user/,
    );
  });

  it('says what the test user was answered', () => {
    const judgement = userObjectSignedIn.judge(
      [
        { kind: 'page', subject: '/dashboard', exchange: exchange({ path: '/dashboard' }) },
        {
          kind: 'API answer',
          subject: '/api/me',
          exchange: exchange({ path: `${ORIGIN}/api/me`, ...JSON_TYPE, body: '{}' }),
        },
      ],
      expectation(),
    );
    assertClean(judgement);
    assert.equal(judgement.summary, '1 page, 1 API answer for the signed-in test user hold no backend user');
  });
});
