import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';

const FOLDER = resolve('spec', 'support', 'certificates');
const CERTIFICATE = { cert: resolve(FOLDER, 'first.pem'), key: resolve(FOLDER, 'first.key') };
const ANY = ['127.0.0.1:0'];
/** Without this OpenSSL would not even try. */
const ANY_STRENGTH = 'DEFAULT@SECLEVEL=0';

const LISTENERS: Readonly<Record<string, (server: HoldfastServer) => string | undefined>> = {
  HTTPS: ({ urls }) => urls.find((url) => url.startsWith('https:')),
  TCP: ({ tcp: { urls } }) => urls[0],
};

for (const [name, urlOf] of Object.entries(LISTENERS)) {
  describe(`RFC 7590 §3 over ${name}`, () => {
    let server: HoldfastServer;

    before(async () => {
      server = await startServer([], {
        http: { listen_tls: ANY, tls: CERTIFICATE },
        tcp: { listen_tls: ANY },
      });
    });
    after(() => server.close({ drain: 0 }));

    /** A connection whose handshake is done. */
    async function open(options: ConnectionOptions): Promise<TLSSocket> {
      const port = Number(new URL(urlOf(server)?.replace(/^\w+/, 'http') ?? '').port);
      const ca = readFileSync(CERTIFICATE.cert);
      const socket = connect({ host: '127.0.0.1', port, ca, checkServerIdentity: () => undefined, ...options });
      await once(socket, 'secureConnect');
      return socket;
    }

    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      it(`§3.1 takes ${version}`, async () => {
        const socket = await open({ minVersion: version, maxVersion: version });
        expect(socket.getProtocol()).to.equal(version);
        socket.destroy();
      });
    }

    it('§3.1 refuses older versions', async () => {
      const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: ANY_STRENGTH } as const;
      const error = await open(old).catch((reason: unknown) => reason);
      expect(error)
        .to.have.property('code')
        .that.matches(/ALERT_PROTOCOL_VERSION$/);
    });

    it('§3.1 offers no cipher without encryption or authentication', async () => {
      const weak = { maxVersion: 'TLSv1.2', ciphers: 'NULL:aNULL:RC4:3DES:@SECLEVEL=0' } as const;
      const error = await open(weak).catch((reason: unknown) => reason);
      expect(error)
        .to.have.property('code')
        .that.matches(/ALERT_HANDSHAKE_FAILURE$/);
    });

    it('§3.3 lets a client resume its session', async () => {
      const first = await open({ maxVersion: 'TLSv1.2' });
      const session = first.getSession();
      first.destroy();
      const second = await open({ maxVersion: 'TLSv1.2', ...(session ? { session } : {}) });
      expect(second.isSessionReused()).to.equal(true);
      second.destroy();
    });
  });
}
