namespace Portolan.Resilience;

/// <summary>What an outcome says about the one that was called. Every strategy of a pipeline reads the same verdict.</summary>
public enum Verdict : byte
{
    /// <summary>It did its work; a refusal that is the caller's own fault (404, 422) is work done.</summary>
    Success,

    /// <summary>It says nothing: the caller gave up, or one of our own strategies refused before anything was sent.</summary>
    Neutral,

    /// <summary>It asks for fewer calls (429): no failure of it, but no success.</summary>
    Throttled,

    /// <summary>It failed, and may have done part of its work.</summary>
    Failure,

    /// <summary>It failed and never saw the call, which is safe to repeat whatever it was.</summary>
    Unreached,
}
