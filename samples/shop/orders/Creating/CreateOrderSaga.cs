namespace Shop.Orders.Creating;

/// <summary>The whole business of an order, from the first row to the parcel.</summary>
internal sealed class CreateOrderSaga : Saga<CreateOrder, OrderState>
{
    public override string Name => "create-order";

    public override ValueTask<SagaStart<OrderState>> StartAsync(CreateOrder request, IServiceProvider services, CancellationToken cancellationToken) =>
        CreateOrderRules.CheckAsync(request, services.GetRequiredService<Store>(), services.GetRequiredService<TimeProvider>(), cancellationToken);

    public override object Result(OrderState state) => new OrderResult(state.OrderId, state.ConfirmationNumber);

    protected override void Define(SagaBuilder<OrderState> saga) => saga
        .Step("create-order").Do(OrderTable.CreateAsync).Compensate("cancel-order", OrderTable.CancelAsync)
        .Step("reserve-stock").Do(order => new ReserveStock(order.OrderId, order.Items)).Compensate("release-stock", order => new ReleaseStock(order.OrderId))
        .Pivot("process-payment").Do(order => new ProcessPayment(order.OrderId, order.CustomerId, order.Total, order.PaymentMethod))
            .Then<PaymentProcessed>((order, payment) => order with { PaymentId = payment.PaymentId })
        .Retriable("schedule-shipment").Do(order => new ScheduleShipment(order.OrderId, order.CustomerId, order.CustomerName))
            .Then<ShipmentScheduled>((order, shipment) => order with { TrackingNumber = shipment.TrackingNumber })
        .Retriable("confirm-order").Do(OrderTable.ConfirmAsync);
}

internal sealed record OrderResult(string OrderId, string ConfirmationNumber);
