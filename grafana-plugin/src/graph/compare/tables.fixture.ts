import type { Column, Table } from '../table.ts';

/** A table of rows with labels and a value, as Grafana makes it of an instant query. */
export function tableOf(refId: string, rows: readonly (readonly [Record<string, string>, number?])[]): Table {
  const names = [...new Set(rows.flatMap(([labels]) => Object.keys(labels)))];
  return {
    refId,
    columns: [
      { name: 'Time', type: 'time', values: rows.map(() => 0) },
      ...names.map(
        (name): Column => ({ name, type: 'text', values: rows.map(([labels]) => labels[name] ?? '') }),
      ),
      { name: `Value #${refId}`, type: 'number', values: rows.map(([, value]) => value ?? 1) },
    ],
  };
}

/** The labels of the outbound half `service@host/address → address:port`; Tokyo, over TCP. */
export function outbound(from: string, to: string, port = '80'): Record<string, string> {
  const [, service = '', host = '', address = ''] = /^(.*)@(.*)\/(.*)$/.exec(from) ?? [];
  return {
    direction: 'outbound',
    network_transport: 'tcp',
    src_service: service,
    src_host: host,
    src_address: address,
    src_site: 'tokyo',
    dst_address: to,
    dst_port: port,
  };
}
