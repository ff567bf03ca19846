import { t } from '@grafana/i18n';
import { Button, Stack } from '@grafana/ui';
import type { Focus } from './options.ts';

interface Props {
  readonly node: string;
  readonly onFocus: (focus: Focus) => void;
  /** Starts a path here; where it ends is picked next. */
  readonly onPath: () => void;
}

/** What to do with a node: look at what is around it, or for the ways from it to another. */
export function NodeActions({ node, onFocus, onPath }: Props) {
  const focus = (way: Focus['way']) => onFocus({ node, way, hops: way === 'both' ? 1 : 2 });
  return (
    <Stack direction="row" gap={0.5} wrap="wrap">
      <Button size="sm" variant="secondary" icon="arrow-left" onClick={() => focus('up')}>
        {t('actions.upstream', 'Upstream')}
      </Button>
      <Button size="sm" variant="secondary" icon="arrow-right" onClick={() => focus('down')}>
        {t('actions.downstream', 'Downstream')}
      </Button>
      <Button size="sm" variant="secondary" icon="arrows-h" onClick={() => focus('both')}>
        {t('actions.around', 'Around')}
      </Button>
      <Button size="sm" variant="secondary" icon="code-branch" onClick={onPath}>
        {t('actions.path', 'Path to…')}
      </Button>
    </Stack>
  );
}
