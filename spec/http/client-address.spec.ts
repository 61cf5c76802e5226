import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { ClientAddress } from '../../lib/http/client-address.ts';

/** A request as far as its origin goes. */
function request(peer: string, headers: Readonly<Record<string, string>> = {}, isEncrypted = false): IncomingMessage {
  const socket = isEncrypted ? { remoteAddress: peer, encrypted: true } : { remoteAddress: peer };
  return { socket, headers } as unknown as IncomingMessage; // all that is read
}

describe('H-13 the client behind a request', () => {
  const direct = new ClientAddress([]);
  const proxied = new ClientAddress(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);

  it('is the peer', () => {
    expect(direct.originOf(request('192.0.2.1'))).to.deep.equal({
      address: '192.0.2.1',
      secure: false,
      loopback: false,
      page: undefined,
    });
    expect(direct.originOf(request('127.0.0.1'))).to.include({ loopback: true });
    expect(direct.originOf(request('::1'))).to.include({ loopback: true });
    expect(direct.originOf(request('192.0.2.1', {}, true))).to.include({ secure: true });
  });

  it('tells which page asks', () => {
    const origin = 'https://app.example.com';
    expect(direct.originOf(request('192.0.2.1', { origin }))).to.include({ page: origin });
  });

  it('is an IPv4 address also where the socket writes it as IPv6', () => {
    expect(direct.originOf(request('::ffff:127.0.0.1'))).to.include({ address: '127.0.0.1', loopback: true });
  });

  it('is the peer when nobody is trusted, whatever a header says; and then not on this machine', () => {
    const forged = request('127.0.0.1', { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' });
    expect(direct.originOf(forged)).to.deep.equal({
      address: '127.0.0.1',
      secure: false,
      loopback: false,
      page: undefined,
    });
  });

  it('is the peer when that is no trusted proxy', () => {
    const forged = request('192.0.2.1', { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' });
    expect(proxied.originOf(forged)).to.deep.equal({
      address: '192.0.2.1',
      secure: false,
      loopback: false,
      page: undefined,
    });
  });

  it('is whom a trusted proxy names, and secure when the proxy says so', () => {
    const forwarded = request('127.0.0.1', { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' });
    expect(proxied.originOf(forwarded)).to.deep.equal({
      address: '192.0.2.7',
      secure: true,
      loopback: false,
      page: undefined,
    });
    const plain = request('127.0.0.1', { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'http' });
    expect(proxied.originOf(plain)).to.include({ secure: false });
  });

  for (const [chain, address] of [
    ['192.0.2.66, 192.0.2.7', '192.0.2.7'],
    ['127.0.0.1, 192.0.2.7, 10.1.2.3', '192.0.2.7'],
    ['2001:db8::1, fd00::1', '2001:db8::1'],
    ['unknown, 10.1.2.3', '10.1.2.3'],
    ['nonsense', '127.0.0.1'],
    ['', '127.0.0.1'],
  ] as const) {
    it(`is the last of "${chain}" that is no proxy: ${address}`, () => {
      expect(proxied.originOf(request('127.0.0.1', { 'x-forwarded-for': chain }))).to.include({ address });
    });
  }
});
