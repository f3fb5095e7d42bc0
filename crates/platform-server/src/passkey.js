// Asks the key of the page's form, and takes the browser where the platform says. Without it the page does nothing.
'use strict';

const form = document.querySelector('form');
const button = form.querySelector('button');
const { kind, options, ceremony } = form.dataset;

function say(what) {
  for (const told of document.querySelectorAll('[data-told]')) told.hidden = told.dataset.told !== what;
}

async function ask() {
  if (kind === 'new') {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options));
    return navigator.credentials.create({ publicKey });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options));
  return navigator.credentials.get({ publicKey });
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  button.disabled = true;
  say('waiting');
  let credential;
  try {
    credential = await ask();
  } catch (error) {
    say(error.name === 'InvalidStateError' ? 'known' : error.name === 'NotAllowedError' ? 'given-up' : 'failed');
    button.disabled = false;
    return;
  }
  try {
    const name = form.elements.namedItem('name')?.value;
    const answer = await fetch(form.action, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ceremony, name, credential: credential.toJSON() }),
    });
    if (!answer.ok) throw new Error('refused');
    location.replace((await answer.json()).location);
  } catch {
    // The page has served.
    say('over');
  }
});

if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  say('unsupported');
  button.disabled = true;
}
