import type { EndpointKind } from '@musubi/contract/endpoint-kind';
import { applyRules } from './apply-rules.ts';
import type { ProcessFacts } from './facts.ts';
import { type ForwarderTarget, forwarderTarget } from './forwarder-target.ts';
import type { Rule } from './rules.ts';
import { serviceName } from './service-name.ts';

/** The steps that may name a process, the one that goes first before the others. */
export const STEPS = ['rule', 'kubernetes', 'container', 'unit', 'environment', 'program'] as const;

export type Step = (typeof STEPS)[number];

/** A service's name and how it was found. */
export interface Naming {
  readonly service: string;
  readonly step: Step;
  /** Which of the user's rules it was, from 1. */
  readonly rule?: number;
  /** Where that rule puts the service. */
  readonly site?: string;
  /** Where a port forwarder sends the connections that it accepts, by its arguments or the rule that names it. */
  readonly forwardsTo?: ForwarderTarget;
}

/** The first step that knows a name gives it. */
export function nameProcess(facts: ProcessFacts, rules: readonly Rule[]): Naming {
  const ruled = applyRules(rules, facts);
  if (ruled) return { step: 'rule', ...ruled };
  const forwardsTo = forwarderTarget(facts.files);
  return { ...nameWithoutRules(facts), ...(forwardsTo && { forwardsTo }) };
}

function nameWithoutRules(facts: ProcessFacts): Naming {
  const { workload } = facts;
  if (workload) return { step: workload.kind, service: workload.service };
  if (facts.unit) return { step: 'unit', service: facts.unit };
  if (facts.otelName) return { step: 'environment', service: facts.otelName };
  return { step: 'program', service: serviceName(facts.files) };
}

/** What the metrics tell of how a name was found: a unit and an environment are the process's own. */
export function kindOf(step: Step): EndpointKind {
  return step === 'rule' || step === 'kubernetes' || step === 'container' ? step : 'process';
}
