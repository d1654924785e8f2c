using Microsoft.Extensions.Configuration;
using Portolan.Discovery.Http;
using Portolan.Resilience.Retry;

namespace Portolan.Hosting.Configuration;

/// <summary>Reads how services are called: <c>Portolan:Clients:Default:…</c> for all, <c>Portolan:Clients:inventory:…</c> for one.</summary>
internal static class ClientReader
{
    private const string Default = "Default";

    public static void Read(IConfiguration clients, PortolanOptions options, List<string> errors)
    {
        options.DefaultClient = Read(clients.GetSection(Default), options.DefaultClient, errors);
        foreach (var client in clients.GetChildren().Where(client => !client.Key.Equals(Default, StringComparison.OrdinalIgnoreCase)))
        {
            options.Clients[client.Key] = Read(client, options.DefaultClient, errors);
        }
    }

    private static ServiceClientOptions Read(IConfigurationSection section, ServiceClientOptions given, List<string> errors)
    {
        var read = new ValueReader(section, $"Portolan:Clients:{section.Key}:", errors);
        var (client, retry, breaker, selection) = (given, given.Retry, given.CircuitBreaker, given.Selection);
        var (bulkhead, hedging) = (given.Bulkhead, given.Hedging);
        read.Time("TotalTimeout", value => client = client with { TotalTimeout = value });
        read.Time("AttemptTimeout", value => client = client with { AttemptTimeout = value });
        read.Number("Retry:MaximumAttempts", value => retry = retry with { MaximumAttempts = (int)value });
        read.Time("Retry:BaseDelay", value => retry = retry with { BaseDelay = value });
        read.Time("Retry:MaximumDelay", value => retry = retry with { MaximumDelay = value });
        read.Word<Backoff>("Retry:Backoff", value => retry = retry with { Backoff = value });
        read.Share("Retry:Budget", value => client = client with { RetryBudget = value });
        read.Number("CircuitBreaker:ConsecutiveFailures", value => breaker = breaker with { ConsecutiveFailures = (int)value }, minimum: 0);
        read.Share("CircuitBreaker:FailureRate", value => breaker = breaker with { FailureRate = value });
        read.Number("CircuitBreaker:MinimumCalls", value => breaker = breaker with { MinimumCalls = (int)value });
        read.Time("CircuitBreaker:Window", value => breaker = breaker with { Window = value });
        read.Time("CircuitBreaker:SlowCall", value => breaker = breaker with { SlowCall = value });
        read.Share("CircuitBreaker:SlowCallRate", value => breaker = breaker with { SlowCallRate = value });
        read.Time("CircuitBreaker:OpenDuration", value => breaker = breaker with { OpenDuration = value });
        read.Share("CircuitBreaker:OpenGrowth", value => breaker = breaker with { OpenGrowth = value });
        read.Number("CircuitBreaker:Probes", value => breaker = breaker with { Probes = (int)value });
        read.Number("CircuitBreaker:SuccessThreshold", value => breaker = breaker with { SuccessThreshold = (int)value });
        read.Number("Bulkhead:Concurrency", value => bulkhead = (bulkhead ?? new()) with { Concurrency = (int)value });
        read.Number("Bulkhead:QueueLength", value => bulkhead = (bulkhead ?? new()) with { QueueLength = (int)value }, minimum: 0);
        read.Time("Bulkhead:Wait", value => bulkhead = (bulkhead ?? new()) with { Wait = value });
        read.Number("Hedging:MaximumAttempts", value => hedging = (hedging ?? new()) with { MaximumAttempts = (int)value });
        read.Time("Hedging:Delay", value => hedging = (hedging ?? new()) with { Delay = value });
        read.Share("Hedging:Percentile", value => hedging = (hedging ?? new()) with { Percentile = value });
        read.Text("Selection:Policy", value => selection = selection with { Policy = value });
        read.Text("Selection:Zone", value => selection = selection with { Zone = value });
        read.Time("Selection:SlowStart", value => selection = selection with { SlowStart = value });
        client = client with { Retry = retry, Bulkhead = bulkhead, Hedging = hedging, CircuitBreaker = breaker, Selection = selection };
        errors.AddRange(client.Validate().Select(error => $"Portolan:Clients:{section.Key}: {error}"));
        return client;
    }
}
