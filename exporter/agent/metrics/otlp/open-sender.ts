import type { OtlpSettings } from '../../settings.ts';
import type { Sender, SenderContext } from './sender.ts';

export type OpenSender = (settings: OtlpSettings, context: SenderContext) => Promise<Sender>;

/** Loads the code for the protocol on demand: gRPC costs memory. */
export const openSender: OpenSender = async (settings, context) => {
  if (settings.protocol === 'grpc') {
    const { createGrpcSender } = await import('./grpc-sender.ts');
    return createGrpcSender(settings, context);
  }
  const { createHttpSender } = await import('./http-sender.ts');
  return createHttpSender(settings, context);
};
