import { promql, withCopies } from './promql.ts';

/** Successful collection cycles of each exporter with its host, at an earlier time: ` offset 1m`. */
export const cycles = (offset = '') => promql`
  max by (job, instance, host) (
    ${withCopies(
      promql`
        max by (job, instance) (musubi_collection_cycles_total${offset} - musubi_collection_cycles_failed_total${offset})
        * on (job, instance) group_right ()
        max by (job, instance, host_name) (target_info{host_name!=""}${offset})`,
      { host: 'host_name' },
    )}
  )`;
