namespace Portolan.Architecture.Tests;

/// <summary>A place where a rule is broken.</summary>
/// <param name="Subject">What an exception names: a path, a type, a package. Stable when lines move.</param>
/// <param name="Message">What is wrong, where, and what to do.</param>
internal sealed record Violation(string Subject, string Message);

/// <summary>A violation that stays, and why.</summary>
internal sealed record Exemption(string Rule, string Subject, string Reason);
