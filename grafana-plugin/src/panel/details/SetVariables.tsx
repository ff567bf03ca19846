import type { InterpolateFunction } from '@grafana/data';
import { t } from '@grafana/i18n';
import { locationService } from '@grafana/runtime';
import { Button } from '@grafana/ui';
import { shortName } from '../../graph/display/text/shorten.ts';
import type { GraphNode } from '../../graph/model/graph.ts';
import { distinct } from '../../graph/model/order.ts';

interface Props {
  /** A node, or both endpoints of an edge. */
  readonly nodes: readonly GraphNode[];
  readonly replaceVariables: InterpolateFunction;
}

const VARIABLES = ['service', 'host', 'site'] as const;
type Variable = (typeof VARIABLES)[number];

/** The value of a variable for a node; '' if unknown. */
const nameOf = (node: GraphNode, variable: Variable): string =>
  variable === 'service' && node.kind === 'external'
    ? node.service || (node.addresses[0] ?? '')
    : node[variable];

/** Buttons that set the dashboard's variables of these names, if it has them. */
export function SetVariables({ nodes, replaceVariables }: Props) {
  const isThere = (variable: Variable) => replaceVariables(`$${variable}`) !== `$${variable}`;
  return VARIABLES.filter(isThere).flatMap((variable) =>
    distinct(nodes.map((node) => nameOf(node, variable))).map((value) => (
      <Button
        key={`${variable} ${value}`}
        size="sm"
        variant="secondary"
        icon="brackets-curly"
        tooltip={t('actions.set-variable', 'Set the dashboard variable')}
        onClick={() => locationService.partial({ [`var-${variable}`]: value })}
      >
        {`$${variable} = ${shortName(value)}`}
      </Button>
    )),
  );
}
