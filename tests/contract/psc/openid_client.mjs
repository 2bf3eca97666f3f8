// A relying party on the npm package openid-client 6: one JSON order on each line of the input, one JSON answer.
// {"issuer", "redirect", "secret", "client", "nr", "out"}: logs in, reads the user information, refreshes, logs out.
import * as readline from "node:readline";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.env.OIDC_MODULES + "/");
const oidc = await import(pathToFileURL(require.resolve("openid-client")).href);
const WELL_KNOWN = "/.well-known/wallet-openid-configuration";

async function play(order) {
  const config = await oidc.discovery(new URL(order.issuer + WELL_KNOWN), order.client, order.secret);
  if (order.nr) oidc.enableNonRepudiationChecks(config);
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const asked = oidc.buildAuthorizationUrl(config, {
    redirect_uri: order.redirect, scope: "openid scope_all", acr_values: "eidas1", state, nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
    login_hint: "titulaire",
  });
  const back = await fetch(asked, { redirect: "manual" });
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  const tokens = await oidc.authorizationCodeGrant(config, new URL(back.headers.get("location")), checks);
  const claims = tokens.claims();
  const identity = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
  if (!order.out) return { subject: identity.SubjectNameID };
  const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  const introspected = await oidc.tokenIntrospection(config, renewed.access_token);
  const end = oidc.buildEndSessionUrl(config, {
    id_token_hint: renewed.id_token, post_logout_redirect_uri: order.out, state: "bye",
  });
  const left = await fetch(end, { redirect: "manual" });
  const dead = await oidc.tokenIntrospection(config, renewed.access_token);
  return {
    subject: identity.SubjectNameID, issuer: claims.iss, renewed: renewed.access_token !== tokens.access_token,
    active: introspected.active, location: left.headers.get("location"), after: dead.active,
  };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await play(JSON.parse(line));
  } catch (error) {
    answer = { refused: `${error.code ?? ""} ${error.message}`.trim() };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
