import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where nginx buffers what does not fit into memory; it creates these folders when it starts. */
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

export interface NginxOptions {
  readonly workers: number;
  /** As in nginx's directive `listen`. */
  readonly listen: string;
}

/** The command that runs nginx with all its files in `folder`. It responds with one line, and with its counters at `/status`. */
export function nginxCommand(
  program: string,
  folder: string,
  { workers, listen }: NginxOptions,
): [string, ...string[]] {
  const path = join(folder, 'nginx.conf');
  const configuration = `
    daemon off;
    worker_processes ${workers};
    pid ${folder}/pid;
    error_log stderr crit;
    events { worker_connections 1024; }
    http {
      access_log off;
      keepalive_requests 1000000000;
      ${TEMPORARY.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
      server {
        listen ${listen};
        location = /status { stub_status; }
        location / { return 200 "Musubi ties together.\\n"; }
      }
    }`;
  writeFileSync(path, configuration);
  return [program, '-p', folder, '-e', 'stderr', '-c', path];
}
