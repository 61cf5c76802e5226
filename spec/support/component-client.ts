import { createHash } from 'node:crypto';
import { TcpClient } from './tcp-client.ts';

/** What a component opens its stream with. @spec XEP-0114 §3 */
export function componentStart(domain: string, namespace = 'jabber:component:accept'): string {
  return `<stream:stream xmlns='${namespace}' xmlns:stream='http://etherx.jabber.org/streams' to='${domain}'>`;
}

/** Opens the stream of a component, and shows a secret. What comes of it is for the caller to read. */
export async function greetAsComponent(url: string, domain: string, secret: string): Promise<TcpClient> {
  const client = await TcpClient.connect(url);
  client.say(componentStart(domain));
  const id = / id="([^"]*)"/.exec(await client.until(/<stream:stream [^>]*>/))?.[1] ?? '';
  client.say(`<handshake>${createHash('sha1').update(`${id}${secret}`).digest('hex')}</handshake>`);
  return client;
}

/** A component that the server has taken. */
export async function connectComponent(url: string, domain: string, secret: string): Promise<TcpClient> {
  const client = await greetAsComponent(url, domain, secret);
  await client.until(/<handshake [^>]*\/>/);
  return client;
}
