import type { Lane } from './lane.ts';
import { labelOf } from './lane-names.ts';

/** Which colour is whose. */
export function Legend({ lanes }: { readonly lanes: readonly Lane[] }) {
  return (
    <ul class="legend">
      {lanes.map((lane) => (
        <li key={lane.id}>
          <span class={`mark ${lane.id}`} />
          {labelOf(lane)}
        </li>
      ))}
    </ul>
  );
}
