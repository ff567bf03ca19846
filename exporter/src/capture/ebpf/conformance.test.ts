import { describeCapture } from '../capture.case.ts';
import { createEbpfCapture } from './create-ebpf-capture.ts';

describeCapture({
  name: 'ebpf',
  create: () => createEbpfCapture({ procRoot: '/proc', netns: 'self' }),
  allowed: {},
});
