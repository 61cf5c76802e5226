// Runs in the browser: says what the invitation in the fragment of the address is for.
//   /invite#romeo@example.com?roster;preauth=…;ibr=y   to become a contact, with an account made first
//   /invite#juliet@example.com?register;preauth=…      to make an account of that name
//   /invite#example.com?register;preauth=…             to make an account

const FORM = /^([^\s?#/<>"]+)\?(roster|register);preauth=([A-Za-z0-9]+)((?:;[a-z]+=[^\s;]*)*)$/;
const SYSTEMS = [
  ['Android', /Android/],
  ['iOS', /iPhone|iPad/],
  ['macOS', /Macintosh/],
  ['Windows', /Windows/],
  ['Linux', /Linux/],
];

const [, address, action, token, others] = FORM.exec(decode(location.hash.slice(1))) ?? [];
if (address) show();

/** What cannot be decoded is no invitation. */
function decode(text) {
  try {
    return decodeURI(text);
  } catch {
    return '';
  }
}

function show() {
  const readable = readableAddress();
  const domain = readable.split('@').at(-1);
  const registers = action === 'register' || /;ibr=y\b/.test(others);
  element('lead').textContent = leadOf(readable);
  element('open').href = `xmpp:${location.hash.slice(1)}`;
  element('open').hidden = false;
  element('clients').hidden = false;
  recommend();
  const chat = element('chat');
  if (!chat || !registers) return;
  const jid = action === 'register' ? readable : domain;
  chat.href = `/chat#register&${new URLSearchParams({ jid, token })}`;
  chat.hidden = false;
}

function leadOf(readable) {
  if (action === 'roster') return `${readable} invites you to chat.`;
  return readable.includes('@') ? `You can be ${readable}.` : `You can have an account at ${readable}.`;
}

/** What RFC 5122 has escaped. */
function readableAddress() {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}

/** Clients for this system come first. */
function recommend() {
  const [system] = SYSTEMS.find(([, pattern]) => pattern.test(navigator.userAgent)) ?? [];
  const list = document.querySelector('#clients ul');
  const fitting = [...list.children].filter((item) => item.dataset.system.split(' ').includes(system));
  list.prepend(...fitting);
}

function element(id) {
  return document.getElementById(id);
}
