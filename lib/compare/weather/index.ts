/** `holdfast/weather`: networks that are slow, narrow, lossy or rude, for tests of clients and servers. */
export { WeatherProxy, type Traffic, type WeatherProxyOptions } from './proxy.ts';
export { WEATHERS, roundTrip, weatherOf, type Direction, type Weather, type WeatherName } from './weather.ts';
