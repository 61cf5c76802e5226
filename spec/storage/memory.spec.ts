import { createMemoryStore } from '../../lib/storage/memory.ts';
import { describeStore } from './contract.ts';

describeStore('the memory store', async () => createMemoryStore());
