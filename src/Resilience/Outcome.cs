using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace Portolan.Resilience;

/// <summary>How a call ended: with a value, an exception or a rejection, and what that says about the one that was called.</summary>
public readonly struct Outcome<T>
{
    private readonly T? value;
    private readonly object? fault;

    private Outcome(T? value, object? fault, Verdict verdict)
    {
        this.value = value;
        this.fault = fault;
        Verdict = verdict;
    }

    /// <summary>What it says about the one that was called.</summary>
    public Verdict Verdict { get; }

    /// <summary>True when there is a value, whatever its verdict: a response with status 500 is one.</summary>
    public bool HasValue => fault is null;

    /// <summary>The value; default where there is none.</summary>
    public T? Value => value;

    /// <summary>The exception; null where there is none.</summary>
    public Exception? Exception => fault as Exception;

    /// <summary>The rejection; null where there is none.</summary>
    public Rejection? Rejection => fault as Rejection;

    /// <summary>True for <see cref="Verdict.Failure"/> and <see cref="Verdict.Unreached"/>.</summary>
    public bool IsFailure => Verdict >= Verdict.Failure;

    /// <summary>The value, or the exception.</summary>
    /// <exception cref="RejectedException">A strategy ended the call.</exception>
    public T GetOrThrow()
    {
        if (fault is not null)
        {
            Throw(fault);
        }

        return value!;
    }

    /// <summary>A value and what it says.</summary>
    public static Outcome<T> Of(T value, Verdict verdict = Verdict.Success) => new(value, null, verdict);

    /// <summary>An exception and what it says.</summary>
    public static Outcome<T> Of(Exception exception, Verdict verdict = Verdict.Failure) => new(default, exception, verdict);

    /// <summary>A rejection.</summary>
    public static Outcome<T> Of(Rejection rejection) => new(default, rejection, rejection.Verdict);

    /// <summary>Gives back what the value holds, when no caller will see it: a response would keep its connection.</summary>
    internal void Discard()
    {
        try
        {
            (value as IDisposable)?.Dispose();
        }
        catch (Exception)
        {
            // What nobody wants may not harm the outcome that somebody does.
        }
    }

    /// <inheritdoc />
    public override string ToString() => $"{Verdict}: {(fault is Rejection rejection ? rejection.Reason : fault ?? value)}";

    [DoesNotReturn]
    private static void Throw(object fault)
    {
        if (fault is Exception exception)
        {
            ExceptionDispatchInfo.Throw(exception);
        }

        throw new RejectedException((Rejection)fault);
    }
}
