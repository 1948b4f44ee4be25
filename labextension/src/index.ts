import { about } from './plugins';

export default [about];
