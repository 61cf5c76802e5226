// Runs in the browser: starts Converse.js with what the server says in the page, and the link in its address.
// The query has what anybody may read; the fragment, which browsers keep to themselves, who it is for.
//   /chat?transport=websocket   over WebSocket instead of BOSH
//   /chat?guest                 without an account, on the domain for guests
//   /chat#jid=alice@example.com
//   /chat#register&jid=example.com&token=…   makes an account with an invitation

import converse from './converse.min.js';

const page = JSON.parse(document.querySelector('#settings').textContent);
const query = new URLSearchParams(location.search);
const fragment = new URLSearchParams(location.hash.slice(1));
const jid = fragment.get('jid') ?? undefined;
const [name, domain] = jid?.includes('@') ? jid.split('@') : ['', jid ?? page.domain];

if (fragment.has('register')) {
  // Converse.js shows the form of this name; and the invitation does not stay in the address.
  history.replaceState(null, '', '#converse/register');
  fillIn({ token: fragment.get('token'), username: name });
}

// What is defined first, stays: a login page without menu, and without pictures from elsewhere.
define('converse-controlbox-navbar', '#menu');
define('converse-brand-logo', '#brand');
define('converse-footer', '#footer');

converse.plugins.add('chat-page', { dependencies: ['converse-roster'], initialize: repair });

converse.initialize({
  ...quiet(),
  ...connection(),
  ...account(),
  assets_path: page.assets,
  i18n: navigator.language,
  view_mode: 'fullscreen',
  whitelisted_plugins: ['chat-page'],
});

/** An element with the content of a template. */
function define(name, template) {
  const { content } = document.querySelector(template);
  const Filled = class extends HTMLElement {
    connectedCallback() {
      this.replaceChildren(content.cloneNode(true));
    }
  };
  customElements.define(name, Filled);
}

/** Does what Converse.js 14.0.0 means to do. */
function repair() {
  const { api, exports } = this._converse;
  // Who accepts a request wants to see the other one, too: it calls a method of the same name that listens for changes.
  const { prototype } = exports.RosterContact;
  const { subscribe: listen } = prototype;
  prototype.subscribe = function (...to) {
    return to.length > 0 ? listen.apply(this, to) : this.subscribeToPresence();
  };
  // Who has registered and loads the page again goes on: it restores the session of an address that it is told.
  api.listen.on('connected', () => {
    const [address] = api.user.jid().split('/');
    if (location.hash === '#converse/register')
      history.replaceState(null, '', `#${new URLSearchParams({ jid: address })}`);
  });
}

/** Nothing is asked of other servers. */
function quiet() {
  const here = [location.hostname, location.host];
  return {
    allowed_audio_domains: here,
    allowed_image_domains: here,
    allowed_video_domains: here,
    autocomplete_providers_url: '',
    discover_connection_methods: false,
    embed_3rd_party_media_players: false,
    // Without one its form for a new room has no field for the name.
    muc_search_service: page.roomsDomain ?? page.domain,
    show_client_info: false,
    xmpp_providers_url: '',
  };
}

function connection() {
  const url = (path, scheme) =>
    Object.assign(new URL(path, location), { protocol: scheme + (isSecure ? 's:' : ':') }).href;
  const isSecure = location.protocol === 'https:';
  return query.get('transport') === 'websocket' && page.webSocketPath
    ? { websocket_url: url(page.webSocketPath, 'ws') }
    : { bosh_service_url: url(page.boshPath, 'http') };
}

function account() {
  if (query.has('guest') && page.guestDomain) {
    return { authentication: 'anonymous', auto_login: true, jid: page.guestDomain };
  }
  return {
    authentication: 'login',
    allow_registration: page.hasRegistration,
    registration_domain: domain,
    jid,
    default_domain: domain,
  };
}

/** Fills in the registration form as soon as the server has sent it. */
function fillIn(values) {
  const observer = new MutationObserver(() => {
    const fields = document.querySelector('converse-registration-form')?.querySelector('form')?.elements;
    if (!fields?.password) return;
    observer.disconnect();
    for (const [field, value] of Object.entries(values)) if (value && fields[field]) fields[field].value = value;
  });
  observer.observe(document.body, { subtree: true, childList: true });
}
