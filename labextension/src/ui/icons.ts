import { LabIcon } from '@jupyterlab/ui-components';
import environment from '../../style/environment.svg';

/**
 * A box on a page: the environment that a notebook carries.
 */
export const environmentIcon = new LabIcon({
  name: 'jupyter-nbenv:environment',
  svgstr: environment
});
