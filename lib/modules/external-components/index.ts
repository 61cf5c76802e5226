import { COMPONENT_PORTS, ComponentPort, type ComponentPortOptions } from '../../core/component-port.ts';
import { defineModule } from '../../core/module.ts';

export interface ExternalComponents {
  readonly components: readonly ComponentPortOptions[];
}

/** Domains that other programs serve. @spec XEP-0114 §3 */
export default defineModule<ExternalComponents>({
  name: 'external-components',
  implements: [{ spec: 'XEP-0114', version: '1.6', status: 'complete', note: 'accept, not connect' }],
  needs: ['disco'],

  setup(host, { components }) {
    const ports = new Map(components.map((options) => [options.domain, new ComponentPort(host, options)]));
    for (const port of ports.values()) host.serve(port);
    host.provide(COMPONENT_PORTS, ports);
    host.hook('host:stopping', 'observe', () => {
      for (const port of ports.values()) port.giveUp();
    });
  },
});
