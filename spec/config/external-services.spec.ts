import { expect } from 'chai';
import { completeConfig } from '../../lib/config/load.ts';
import { problemsWith } from '../support/config-problems.ts';

const TURN = 'type: turn, host: turn.example.com';

describe('external_services.services', () => {
  const problems = (service: string): string[] => problemsWith('external_services.services', `[{ ${service} }]`);

  it('takes a secret, or a username with a password', () => {
    for (const service of [TURN, `${TURN}, secret: s`, `${TURN}, username: u, password: p`]) {
      expect(problems(service), service).to.deep.equal([]);
    }
    for (const service of [`${TURN}, username: u`, `${TURN}, secret: s, username: u, password: p`]) {
      expect(problems(service), service).to.have.length(1);
    }
  });

  it('has its limits', () => {
    for (const fault of ['port: 0', 'port: 65536', 'transport: sctp', 'lifetime: 59 s', 'lifetime: 31 d', 'x: 1']) {
      expect(problems(`${TURN}, ${fault}`), fault).to.have.length(1);
    }
    expect(problems('type: turn').join(), 'a host is needed').to.contain('host');
    const many = (count: number): string => `[${Array<string>(count).fill(`{ ${TURN} }`).join()}]`;
    expect(problemsWith('external_services.services', many(100))).to.deep.equal([]);
    expect(problemsWith('external_services.services', many(101))).to.have.length(1);
  });

  it('gives credentials a day', () => {
    const config = completeConfig({
      hosts: { localhost: {} },
      external_services: { services: [{ type: 'turn', host: 'turn.example.com' }] },
    });
    expect(config.external_services.services[0]?.lifetime).to.equal(24 * 3_600_000);
  });
});
