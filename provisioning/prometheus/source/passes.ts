import { promql, withCopies } from './promql.ts';

/** The passes of each exporter, with its host, at a time before now: `offset 1m`. A pass that fails does not see. */
export const passes = (offset = '') => promql`
  max by (job, instance, host) (
    ${withCopies(
      promql`
        max by (job, instance) (musubi_passes_total${offset} - musubi_passes_failed_total${offset})
        * on (job, instance) group_right ()
        max by (job, instance, host_name) (target_info{host_name!=""}${offset})`,
      { host: 'host_name' },
    )}
  )`;
