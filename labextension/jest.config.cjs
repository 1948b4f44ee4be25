module.exports = {
  preset: 'ts-jest',
  testRegex: 'src/(.*/)?__tests__/.*\\.spec\\.ts$',
  transform: {
    '\\.ts$': [
      'ts-jest',
      {
        tsconfig: {
          types: ['jest', 'node'],
          module: 'commonjs',
          moduleResolution: 'node10',
          ignoreDeprecations: '5.0'
        }
      }
    ]
  }
};
