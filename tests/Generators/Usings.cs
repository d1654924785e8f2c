global using Microsoft.Extensions.DependencyInjection;
global using Portolan.Generators.Tests.Compiling;
