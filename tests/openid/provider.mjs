// Stands in for Pro Santé Connect on this machine: `oidc-provider` (certified), with PSC's claims, levels and CIBA in poll mode.
//
//   node provider.mjs '{"client":{"id":…,"secret":…},"professionals":[{"id":"8…","name":…,"acr":…,"exercices":[…],"alter":…}]}'
//
// Prints one line of JSON, {"discovery":…,"phone":…}, then serves until its standard input ends. `acr: null` leaves the level
// out; `alter` replaces claims of the ID token, which is signed again with the provider's own key. The pages for people are
// /interaction/… (the browser) and /phone (the telephone); /ended counts the sessions that were ended.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { SignJWT, decodeJwt, importJWK } from 'jose';

const { client, professionals } = JSON.parse(process.argv[2]);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'test' };

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const by = (id) => professionals.find((one) => one.id === id);
/** What waits on telephones. */
const phone = new Map();

const provider = new Provider(issuer, {
  jwks: { keys: [key] },
  cookies: { keys: [randomUUID()] },
  clients: [
    {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: ['https://platform.invalid/oauth/psc'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:openid:params:grant-type:ciba'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      backchannel_token_delivery_mode: 'poll',
    },
  ],
  acrValues: ['eidas1', 'eidas2'],
  scopes: ['openid', 'offline_access', 'scope_all'],
  issueRefreshToken: () => true,
  claims: { openid: ['sub'], acr: null, auth_time: null, scope_all: ['SubjectNameID', 'preferred_username', 'SubjectRole', 'SubjectRefPro'] },
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    ciba: {
      enabled: true,
      deliveryModes: ['poll'],
      processLoginHint: (_, hint) => by(hint)?.id,
      validateBindingMessage: () => {},
      validateRequestContext: () => {},
      verifyUserCode: () => {},
      triggerAuthenticationDevice: (ctx, request, account) => {
        phone.set(request.jti, { request, account: account.accountId, code: ctx.oidc.params.binding_message });
      },
    },
  },
  ttl: { BackchannelAuthenticationRequest: 120, AccessToken: 120, RefreshToken: 1800, IdToken: 600, Session: 14400, Interaction: 600, Grant: 14400 },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  findAccount: (_, id) => by(id) && { accountId: id, claims: () => told(by(id)) },
  loadExistingGrant: (ctx) => granted(ctx.oidc.session.accountId, ctx.oidc.client.clientId),
});

/** How many of its refresh tokens were given back. */
let ended = 0;
provider.on('refresh_token.destroyed', () => (ended += 1));

// The platform's port is chosen by the system.
provider.Client.prototype.redirectUriAllowed = (uri) => /^https:\/\/localhost:\d+\/oauth\/psc$/.test(uri);

function told(one) {
  return {
    sub: `f:${one.id}`.padEnd(12, '0'),
    SubjectNameID: one.claimed ?? one.id,
    preferred_username: one.id,
    SubjectRole: ['80^1.2.250.1.213.1.1.5.5'],
    SubjectRefPro: { codeCivilite: 'M', exercices: one.exercices },
  };
}

async function granted(accountId, clientId) {
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope('openid scope_all');
  grant.addOIDCClaims(['SubjectNameID', 'preferred_username', 'SubjectRole', 'SubjectRefPro', 'acr', 'auth_time']);
  await grant.save();
  return grant;
}

const page = (body) => `<!doctype html><html lang="fr"><meta charset="utf-8"><title>Pro Santé Connect d’essai</title>
<style>body{font:16px/1.5 system-ui;max-width:32rem;margin:12vh auto;padding:0 1rem}button{font:inherit;display:block;width:100%;margin:.5rem 0;padding:.6rem;text-align:left}
b{font-size:3rem;letter-spacing:.2em}</style><h1>Pro Santé Connect d’essai</h1>${body}`;

async function fields(request) {
  let text = '';
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

/** Replaces claims of the ID token of an answer, and signs it again. */
async function alter(answer) {
  const claims = decodeJwt(answer.id_token);
  const one = professionals.find((each) => told(each).sub === claims.sub || each.id === claims.sub);
  const changed = { ...claims, ...one?.alter };
  if (one && one.acr === null) delete changed.acr;
  const signs = await importJWK(key, 'RS256');
  answer.id_token = await new SignJWT(changed).setProtectedHeader({ alg: 'RS256', kid: key.kid }).sign(signs);
}

provider.use(async (ctx, next) => {
  await next();
  if (ctx.path === '/token' && ctx.body?.id_token) await alter(ctx.body);
});

const serve = provider.callback();
server.on('request', async (request, response) => {
  try {
    const { pathname } = new URL(request.url, issuer);
    const show = (body) => response.setHeader('content-type', 'text/html; charset=utf-8').end(page(body));
    if (pathname.startsWith('/interaction/')) {
      const details = await provider.interactionDetails(request, response);
      if (request.method === 'POST') {
        const id = (await fields(request)).get('id');
        const one = by(id);
        const result = one
          ? { login: { accountId: id, amr: ['mfa'], ...(one.acr === null ? {} : { acr: one.acr ?? 'eidas1' }) } }
          : { error: 'access_denied' };
        return await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
      }
      return show(
        `<p>Qui êtes-vous&nbsp;?</p><form method="post" action="/interaction/${details.uid}">` +
          professionals.map((one) => `<button name="id" value="${one.id}">${one.name ?? one.id}</button>`).join('') +
          '<button>Annuler</button></form>',
      );
    }
    if (pathname === '/phone') {
      if (request.method === 'POST') {
        const form = await fields(request);
        const waiting = phone.get(form.get('request'));
        phone.delete(form.get('request'));
        const one = by(waiting.account);
        if (form.get('answer') === 'yes') {
          await provider.backchannelResult(waiting.request, await granted(waiting.account, client.id), {
            acr: one.acr ?? 'eidas1',
            amr: ['mfa'],
            authTime: Math.floor(Date.now() / 1000),
          });
        } else {
          const { AccessDenied } = (await import('oidc-provider')).errors;
          await provider.backchannelResult(waiting.request, new AccessDenied('declined'));
        }
        return response.writeHead(303, { location: '/phone' }).end();
      }
      if (request.headers.accept === 'application/json') {
        const waiting = [...phone].map(([jti, { account, code }]) => ({ request: jti, account, code }));
        return response.setHeader('content-type', 'application/json').end(JSON.stringify(waiting));
      }
      const asked = [...phone].map(
        ([jti, { account, code }]) =>
          `<p>${by(account).name ?? account}, est-ce le nombre que montre Relecture&nbsp;?</p><p><b>${code}</b></p>` +
          `<form method="post"><input type="hidden" name="request" value="${jti}"><button name="answer" value="yes">Oui, c’est moi</button>` +
          '<button name="answer" value="no">Non, refuser</button></form>',
      );
      return show(asked.join('<hr>') || '<meta http-equiv="refresh" content="1"><p>Aucune demande.</p>');
    }
    if (pathname === '/ended') return response.setHeader('content-type', 'application/json').end(String(ended));
    // PSC's discovery document has a name of its own.
    if (pathname === '/.well-known/wallet-openid-configuration') request.url = '/.well-known/openid-configuration';
    return await serve(request, response);
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
});

console.log(JSON.stringify({ discovery: `${issuer}/.well-known/wallet-openid-configuration`, phone: `${issuer}/phone` }));
process.stdin.on('end', () => process.exit(0)).resume();
