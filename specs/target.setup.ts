import { test } from '../fixtures/index.ts';
import { recordTarget } from '../fixtures/record-target.ts';

test('the target is reachable and is the app', recordTarget);
