import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { demoConfig } from '../../lib/cli/demo.ts';
import { completeConfig } from '../../lib/config/load.ts';
import { createServer as createHoldfast } from '../../lib/server.ts';
import { FakeLog } from '../core/world.ts';

describe('where TCP is listened for', () => {
  it('nowhere, unless it is configured', () => {
    const { tcp, components } = completeConfig({ hosts: { localhost: {} } });
    expect([tcp.listen, tcp.listen_tls, components.services]).to.deep.equal([[], [], []]);
  });

  it('at port 5222 of this machine in demo mode, and nowhere else', () => {
    const { tcp, components } = demoConfig();
    expect([tcp.listen, tcp.listen_tls, components.services]).to.deep.equal([['127.0.0.1:5222'], [], []]);
  });

  describe('a port that is taken', () => {
    const other = createServer();
    const log = new FakeLog();

    before(async () => {
      other.listen({ host: '127.0.0.1', port: 0 });
      await once(other, 'listening');
    });

    after(() => void other.close());

    async function serve(skipsTaken: boolean): Promise<readonly string[]> {
      const { port } = other.address() as AddressInfo;
      const http = { listen: ['127.0.0.1:0'] };
      const tcp = { listen: [`127.0.0.1:${port}`] };
      const server = await createHoldfast(
        { hosts: { localhost: {} }, http, tcp, storage: { driver: 'memory' } },
        { log },
      );
      try {
        await server.listen({ skipsTaken });
        return server.tcp.urls;
      } finally {
        await server.close({ drain: 0 });
      }
    }

    it('keeps a server from starting', async () => {
      const error: unknown = await serve(false).catch((reason: unknown) => reason);
      expect(error).to.include({ code: 'EADDRINUSE' });
    });

    it('is left out in demo mode, and logged', async () => {
      expect(await serve(true)).to.deep.equal([]);
      expect(log.of('tcp.port.taken')).to.have.length(1);
    });
  });
});
