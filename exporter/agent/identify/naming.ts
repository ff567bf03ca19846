import type { EndpointKind } from '@musubi/contract/endpoint-kind';
import { applyRules } from './apply-rules.ts';
import { inMachine } from './container/machine.ts';
import type { ProcessFacts } from './facts.ts';
import { type ForwarderTarget, forwarderTarget } from './forwarder-target.ts';
import type { Rule } from './rules.ts';
import { serviceName } from './service-name.ts';

/** The steps that can name a process, in order of precedence. */
export const STEPS = ['rule', 'kubernetes', 'container', 'unit', 'environment', 'program'] as const;

export type Step = (typeof STEPS)[number];

/** A service's name and how it was found. */
export interface Naming {
  readonly service: string;
  readonly step: Step;
  /** The machine that the name starts with. */
  readonly machine?: string;
  /** The number of the user's rule, from 1. */
  readonly rule?: number;
  /** The site that the rule assigns. */
  readonly site?: string;
  /** For a port forwarder, its target by the rule or by its arguments. */
  readonly forwardsTo?: ForwarderTarget;
}

/** Names a process by the first step that applies. */
export function nameProcess(facts: ProcessFacts, rules: readonly Rule[]): Naming {
  const ruled = applyRules(rules, facts);
  if (ruled) return { step: 'rule', ...ruled };
  const forwardsTo = forwarderTarget(facts.files);
  return { ...nameWithoutRules(facts), ...(forwardsTo && { forwardsTo }) };
}

function nameWithoutRules(facts: ProcessFacts): Naming {
  const { workload, machine } = facts;
  if (workload) return { step: workload.kind, service: workload.service };
  const named = nameWithinMachine(facts);
  if (machine === undefined) return named;
  const service = named.step === 'unit' ? named.service : inMachine(machine, named.service);
  return { ...named, service, machine };
}

/** The unit already contains the machine. */
function nameWithinMachine(facts: ProcessFacts): Naming {
  if (facts.unit) return { step: 'unit', service: facts.unit };
  if (facts.otelName) return { step: 'environment', service: facts.otelName };
  return { step: 'program', service: serviceName(facts.files) };
}

/** The value of `src.kind` and `dst.kind`: units and environment variables belong to the process itself. */
export function kindOf({ step, machine }: Naming): EndpointKind {
  if (machine !== undefined) return 'container';
  return step === 'rule' || step === 'kubernetes' || step === 'container' ? step : 'process';
}
