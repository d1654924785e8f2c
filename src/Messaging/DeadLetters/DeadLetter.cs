using Portolan.Messaging.Envelopes;

namespace Portolan.Messaging.DeadLetters;

/// <summary>A message that was given up, and why.</summary>
/// <param name="Id">Of the dead letter; a message may become one more than once.</param>
/// <param name="DeadAt">When it was given up.</param>
/// <param name="Handler">Which handler gave up; empty when there was none.</param>
/// <param name="Attempts">Attempts made.</param>
/// <param name="ErrorType">Full name of the exception.</param>
/// <param name="ErrorMessage">Its message.</param>
/// <param name="Exception">Its whole text with the stack.</param>
/// <param name="TraceId">W3C trace id of the failed handling.</param>
/// <param name="Envelope">The message itself.</param>
public sealed record DeadLetter(
    Guid Id, DateTimeOffset DeadAt, string Handler, int Attempts, string ErrorType, string ErrorMessage, string Exception, string? TraceId, Envelope Envelope);
