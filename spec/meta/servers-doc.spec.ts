import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { serversPage } from '../../scripts/conform/servers-page.ts';
import { readStored } from '../../scripts/conform/stored.ts';

const FOLDER = 'docs/reference/conformance';

describe('docs/reference/conformance/servers.md', () => {
  const reports = readStored(`${FOLDER}/servers`);

  it('is what "npm run conform:servers" makes of the stored results', () => {
    expect(readFileSync(`${FOLDER}/servers.md`, 'utf8')).to.equal(serversPage(reports));
  });

  it('shows Holdfast without a failure of MUST or SHOULD', () => {
    const { name, counts } = reports[0] ?? expect.fail('there are no results');
    expect(name).to.match(/^Holdfast /);
    expect([counts.must.fail, counts.should.fail]).to.deep.equal([0, 0]);
  });
});
