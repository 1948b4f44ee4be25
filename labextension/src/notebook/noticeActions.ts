import type { TranslationBundle } from '@jupyterlab/translation';
import type { IEnvironmentModel } from '../tokens';

/**
 * What a notice can do besides what the model does.
 */
export interface INoticeActions {
  /** Show the Environment panel. */
  open(): void;
  /** Whether the offer that fits the model's state was dismissed before. */
  isDismissed(model: IEnvironmentModel): boolean;
  dismiss(model: IEnvironmentModel): void;
  /** Save the notebook under another name. */
  saveAs(): void;
  /** Switch to the notebook's own kernel, and ask where that loses variables. */
  switchKernel(): void;
}

export interface INoticeProps {
  model: IEnvironmentModel;
  actions: INoticeActions;
  trans: TranslationBundle;
}
